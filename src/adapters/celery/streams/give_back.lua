-- KEYS: stream, front. ARGV: group, ids.
local moved = 0
for i = 2, #ARGV do
  moved = moved + put_back(KEYS[1], KEYS[2], ARGV[1], ARGV[i])
end
return moved
