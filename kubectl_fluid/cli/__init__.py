"""The command line: one file a verb, thin. The only room that knows click, exit codes and colours."""
