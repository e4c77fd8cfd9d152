"""Where accounts, challenges and sessions are kept: implementations of the store ports."""
