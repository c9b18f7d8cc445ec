-- wrk … -s review.lua URL -- BODY.json VARIANTS PATTERN…
-- Sends the body with the digits behind each pattern replaced by others, in as many variants as are asked for.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local requests, at = {}, 0
function init(args)
  local file = assert(io.open(args[1], "rb"))
  local body = file:read("*a")
  file:close()
  for variant = 1, tonumber(args[2]) do
    local changed = body
    for index = 3, #args do
      changed = changed:gsub(args[index] .. "%-00000000", string.format("%s-%08d", args[index], variant))
    end
    requests[variant] = wrk.format(nil, nil, nil, changed)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
