-- KEYS: record.
return snapshot(0, KEYS[1])
