#include "harness/cli/progress.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/terminal.hpp"

namespace interleave {
namespace {

constexpr std::size_t kBarWidth = 20;

std::string load_name(const TrialSpec& spec) {
  std::string name =
      fmt::format("{} {} {}{}", spec.model, spec.workload, spec.load.rate ? "" : "c", short_name(spec.load));
  if (spec.purpose != Purpose::measure) name += fmt::format(" {}", to_string(spec.purpose));
  return name + fmt::format(" r{}", spec.repetition);
}

Colour colour_of(Validity validity) {
  switch (validity) {
    case Validity::ok:
      return Colour::green;
    case Validity::suspect:
      return Colour::yellow;
    case Validity::invalid:
      break;
  }
  return Colour::red;
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
  if (trial.result && trial.result->duration_us > 0) {
    line += fmt::format("{:.0f} req/s, ", static_cast<double>(trial.result->requests) * 1e6 /
                                              static_cast<double>(trial.result->duration_us));
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
      terminal_(is_terminal(STDERR_FILENO)),
      colour_(shows_colour(STDERR_FILENO)),
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
  if (colour_) line = coloured(line, colour_of(trial.validity));
  std::fputs(fmt::format("{:>4}/{} {}\n", done_, total_, line).c_str(), stderr);
}

}  // namespace interleave
