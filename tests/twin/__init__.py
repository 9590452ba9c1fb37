"""A digital twin: simulated sites conduct whole trials through the dispatcher and the real log."""
