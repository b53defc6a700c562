-- Put members into one of several sorted sets and take them out of the others.
-- KEYS: the sets.
-- ARGV: 'life' if scores are given in ms from now, 'time' if in ms since 1970; for how many ms a
--       member stays after its score has passed; then for each member: its name, the number of
--       its set or 0 for none, its score, its rank, and the rank that it replaces or -1.
--
-- A score is a moment in ms; its three decimals are the rank of the change that wrote it. A member
-- of a higher rank stays where it is, so that a change that comes late, or that was refused in
-- another slot, does not undo a later one.
local base = ARGV[1] == 'life' and now or 0
local stay = tonumber(ARGV[2])

local function rank_of(score)
  return math.floor((score - math.floor(score)) * 1000 + 0.5)
end

for i = 3, #ARGV, 5 do
  local member, target, rank, replaces =
    ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  local score = base + tonumber(ARGV[i + 2]) + rank / 1000
  local highest, scores = -1, {}
  for n, set in ipairs(KEYS) do
    local found = redis.call('ZSCORE', set, member)
    if found then
      scores[n] = tonumber(found)
      highest = math.max(highest, rank_of(scores[n]))
    end
  end
  if rank >= highest or highest == replaces then
    -- The same change again, or another value of the same function: the longer life counts.
    if rank == highest and scores[target] then score = math.max(score, scores[target]) end
    for n, set in ipairs(KEYS) do
      if n == target then
        redis.call('ZADD', set, string.format('%.3f', score), member)
      elseif scores[n] then
        redis.call('ZREM', set, member)
      end
    end
  end
end

-- Redis 6.2 has no EXPIRE GT, so the life of a set is taken from its last member.
for _, set in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', set, '-inf', string.format('%.0f', now - stay))
  local last = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')
  if last[2] then
    redis.call('PEXPIREAT', set, string.format('%.0f', math.ceil(tonumber(last[2])) + stay))
  end
end
return 1
