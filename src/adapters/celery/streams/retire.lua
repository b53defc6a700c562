-- KEYS: consumers, streams. ARGV: group, name. 1 if it held nothing any more.
local streams = {unpack(KEYS, 2)}
return leave(KEYS[1], streams, ARGV[1], ARGV[2])
