#include "harness/cli/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace interleave {
namespace {

constexpr std::size_t kBarWidth = 20;

std::string load_name(const TrialSpec& spec) {
  std::string name = fmt::format("{} {} c{}", spec.model, spec.workload, spec.connections);
  if (spec.purpose != Purpose::measure) name += fmt::format(" {}", to_string(spec.purpose));
  return name + fmt::format(" r{}", spec.repetition);
}

std::string_view colour_of(Validity validity) {
  switch (validity) {
    case Validity::ok:
      return "\x1b[32m";
    case Validity::suspect:
      return "\x1b[33m";
    case Validity::invalid:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

std::string format_clock(std::chrono::nanoseconds time) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::round<std::chrono::seconds>(time).count());
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string progress_bar(std::size_t done, std::size_t total, std::size_t width) {
  const std::size_t filled = total == 0 ? width : std::min(width, width * done / total);
  std::string bar(filled, '=');
  if (filled < width) bar += '>';
  bar.resize(width, ' ');
  return "[" + bar + "]";
}

std::string trial_line(const TrialRecord& trial) {
  std::string line = load_name(trial.spec) + ": ";
  if (trial.wrk && trial.wrk->duration_us > 0) {
    line += fmt::format("{:.0f} req/s, ",
                        static_cast<double>(trial.wrk->requests) * 1e6 / static_cast<double>(trial.wrk->duration_us));
  }
  line += to_string(trial.validity);
  for (const Finding& finding : trial.findings)
    line += fmt::format("; {}: {}", to_string(finding.reason), finding.detail);
  return line;
}

Progress::Progress(std::size_t total, std::chrono::nanoseconds estimate, bool silent)
    : total_(total),
      estimate_(estimate),
      silent_(silent),
      terminal_(::isatty(STDERR_FILENO) == 1),
      colour_(terminal_ && std::getenv("NO_COLOR") == nullptr),
      start_(now()) {}

Progress::~Progress() {
  erase_bar();
}

void Progress::erase_bar() {
  if (bar_shown_) std::fputs("\r\x1b[K", stderr);
  bar_shown_ = false;
}

// The estimate, until what the trials really took says more.
std::chrono::nanoseconds Progress::time_left() const {
  const std::size_t left = total_ - done_;
  if (done_ == 0) return estimate_;
  return (now() - start_) / static_cast<std::int64_t>(done_) * static_cast<std::int64_t>(left);
}

void Progress::begin(const TrialSpec& spec) {
  if (silent_ || !terminal_) return;
  erase_bar();
  std::fputs(fmt::format("{} {}/{} {} left  {}", progress_bar(done_, total_, kBarWidth), done_ + 1, total_,
                         format_clock(time_left()), load_name(spec))
                 .c_str(),
             stderr);
  std::fflush(stderr);
  bar_shown_ = true;
}

void Progress::end(const TrialRecord& trial) {
  ++done_;
  if (silent_) return;
  erase_bar();
  std::string line = trial_line(trial);
  if (colour_) line = fmt::format("{}{}\x1b[0m", colour_of(trial.validity), line);
  std::fputs(fmt::format("{:>4}/{} {}\n", done_, total_, line).c_str(), stderr);
}

}  // namespace interleave
