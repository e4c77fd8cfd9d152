"""Users of another application, loaded over HTTP."""
