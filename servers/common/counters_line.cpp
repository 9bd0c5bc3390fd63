#include "servers/common/counters_line.hpp"

#include <charconv>
#include <cstring>
#include <ctime>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

namespace interleave {
namespace {

// Appends to a fixed buffer; what does not fit is dropped, so that a handler can never overrun it.
class LineWriter {
 public:
  explicit LineWriter(LineBuffer& buffer) noexcept
      : begin_(buffer.data()), at_(begin_), end_(begin_ + buffer.size()) {}

  void text(std::string_view text) noexcept {
    const auto room = static_cast<std::size_t>(end_ - at_);
    const std::size_t length = text.size() < room ? text.size() : room;
    std::memcpy(at_, text.data(), length);
    at_ += length;
  }
  void number(std::uint64_t value) noexcept { at_ = std::to_chars(at_, end_, value).ptr; }
  void member(std::string_view key, std::uint64_t value) noexcept {
    text(",\"");
    text(key);
    text("\":");
    number(value);
  }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

 private:
  char* begin_;
  char* at_;
  char* end_;
};

std::uint64_t microseconds(const timeval& time) noexcept {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000U + static_cast<std::uint64_t>(time.tv_usec);
}

}  // namespace

ProcessUsage read_process_usage() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return {.cpu_ns = static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(cpu.tv_nsec),
          .user_us = microseconds(usage.ru_utime),
          .system_us = microseconds(usage.ru_stime),
          .voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw),
          .involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw)};
}

std::size_t format_counters(const CounterTotals& totals, const ProcessUsage& usage, LineBuffer& buffer) noexcept {
  LineWriter line(buffer);
  line.text("{\"requests\":");
  line.number(totals.requests);
  line.text(",\"responses\":{");
  std::string_view separator = "\"";
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (totals.responses[i] == 0) continue;
    line.text(separator);
    line.number(static_cast<std::uint64_t>(kStatuses[i]));
    line.text("\":");
    line.number(totals.responses[i]);
    separator = ",\"";
  }
  line.text("}");
  line.member("backend_calls", totals.backend_calls);
  line.member("backend_errors", totals.backend_errors);
  line.member("connections_accepted", totals.connections_accepted);
  line.member("connections_closed", totals.connections_closed);
  line.member("connections_reset", totals.connections_reset);
  line.text(R"(,"per_connection":{"answered":)");
  line.number(totals.connections_answered);
  line.member("ended", totals.connections_ended);
  line.member("responses", totals.ended_responses);
  line.member("responses_squared", totals.ended_responses_squared);
  line.member("unanswered", totals.ended_unanswered);
  line.text("}");
  line.member("threads_created", totals.threads_created);
  line.member("bytes_in", totals.bytes_in);
  line.member("bytes_out", totals.bytes_out);
  line.member("in_flight", totals.in_flight);
  line.member("max_in_flight", totals.max_in_flight);
  line.member("trace_events_dropped", totals.trace_events_dropped);
  line.member("cpu_ns", usage.cpu_ns);
  line.member("user_us", usage.user_us);
  line.member("system_us", usage.system_us);
  line.member("voluntary_switches", usage.voluntary_switches);
  line.member("involuntary_switches", usage.involuntary_switches);
  line.text("}\n");
  return line.size();
}

void print_counters(const Counters& counters) noexcept {
  LineBuffer buffer;
  const std::size_t length = format_counters(counters.totals(), read_process_usage(), buffer);
  // One write of less than PIPE_BUF bytes: a line never interleaves with another. If stdout is gone nobody listens.
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, buffer.data(), length);
}

}  // namespace interleave
