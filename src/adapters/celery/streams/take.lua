-- KEYS: streams, the most urgent first. ARGV: group, consumer, limit.
-- Take up to `limit` messages in all: XREADGROUP alone would take as many from every stream.
local left, taken = tonumber(ARGV[3]), {}
for _, stream in ipairs(KEYS) do
  if left <= 0 then
    break
  end
  local found = redis.call(
    'XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', left, 'STREAMS', stream, '>')
  if found then
    taken[#taken + 1] = found[1]
    left = left - #found[1][2]
  end
end
return taken
