-- Remove a reservation if it still stands for that task. KEYS: reservation. ARGV: result key.
local reserved = redis.call('GET', KEYS[1])
if not reserved or string.match(reserved, '^%S+') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
