"""Users of another application, asked for by HTTP."""
