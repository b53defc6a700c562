"""Vault and OpenBao: secrets, leases and logins; hvac does not leave this folder."""
