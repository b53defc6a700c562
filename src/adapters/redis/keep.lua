-- Store a text for at least so long; a longer life that it has already is left alone.
-- KEYS: source. ARGV: text, life in ms.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
