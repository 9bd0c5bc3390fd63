// A weave: how one model served a few requests that came at the same moment, span by span. The file is described by
// docs/schemas/weave.schema.json. Plain values; the functions are pure.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/predict/finish.hpp"
#include "harness/weave/ask_together.hpp"
#include "harness/weave/timeline.hpp"

namespace interleave {

// Times in ns since the first request was sent. The spans begin when the request was sent, follow each other without
// gaps, and end when the server was done with it.
struct WeaveRequest {
  std::string name;  // "A", "B", ... in order of sending
  std::string target;
  std::int64_t sent_ns = 0;
  std::int64_t received_ns = 0;  // by the client
  std::int64_t predicted_ns = 0;
  std::vector<Span> spans;
};

struct WeaveRecord {
  std::string model;
  std::string family;
  std::string workload;
  std::string workload_source;                   // the TOML file
  std::optional<std::uint32_t> in_flight_limit;  // of the model as it ran; nullopt: none
  std::uint32_t cores = 1;                       // that all processes together could use
  std::vector<std::int64_t> finish_ns;           // of each traced run: the last reply
  std::size_t kept = 0;                          // which of them the rest describes: the median one
  std::int64_t predicted_finish_ns = 0;
  std::uint32_t lanes = 0;  // threads that ran or waited; numbered in the order in which they first did
  std::vector<WeaveRequest> requests;
};

// "A" to "Z", then "AA", "AB", ...
[[nodiscard]] std::string request_name(std::size_t index);

// The requests of one traced run: the last `replies.size()` connections of the trace, in order of acceptance, are
// those of the replies (connections wait for acceptance in the order in which they were made). Throws
// std::runtime_error where the two cannot belong together or the trace is not whole.
[[nodiscard]] std::vector<WeaveRequest> weave_of(const Trace& trace, const std::vector<TimedReply>& replies,
                                                 const std::vector<std::string>& targets);

// Numbers the lanes anew and returns how many there are.
std::uint32_t renumber_lanes(std::vector<WeaveRequest>& requests);

// Whether a lane runs two requests at the same time, which no thread can: the reason, or nothing.
[[nodiscard]] std::optional<std::string> overlap_in_lanes(const std::vector<WeaveRequest>& requests);

// docs/schemas/weave.schema.json.
[[nodiscard]] std::string to_json(const WeaveRecord& weave);
// For ui.perfetto.dev and chrome://tracing: the Trace Event Format. Lanes are threads with complete events (`X`);
// requests, which overlap, are asynchronous (`b`, `e`). Names have no digits: the viewers strip them before choosing
// a colour.
[[nodiscard]] std::string to_perfetto(const WeaveRecord& weave);

}  // namespace interleave
