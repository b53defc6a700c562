-- KEYS: stream, the stream that parts go to. ARGV: group, id, then each message and how
-- many calls it carries.
-- Queue parts of a message that is still pending: whoever took it over has the whole of it.
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then
  return 0
end
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[2], '*', 'message', ARGV[i], 'calls', ARGV[i + 1])
end
return 1
