"""What an API server and Fluid's controllers would refuse, found without them."""
