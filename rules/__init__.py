"""The pure core: decision = f(protocol, events, now). No clock, no database, no chat."""
