"""Questions that auditors ask (DOMAIN §4.1): one file each, which knows no other."""
