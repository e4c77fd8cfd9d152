"""Users of an LDAP directory."""
