-- Sends the requests of a file in turn, and reports in JSON. In the file they end with a NUL.

local texts, at = {}, 0

function init(args)
   local file = assert(io.open(args[1], "rb"))
   for text in file:read("*a"):gmatch("%Z+") do
      texts[#texts + 1] = text
   end
   file:close()
end

function request()
   at = at % #texts + 1
   return texts[at]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "cpu": %d, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), os.clock() * 1e6,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
