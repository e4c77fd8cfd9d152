"""Two small applications that do the same: sign in with a password, and answer a ping. Each runs in its own process."""
