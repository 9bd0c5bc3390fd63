#include "harness/load/generator/load_progress.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/units.hpp"

namespace interleave {
namespace {

constexpr std::size_t kBarWidth = 20;

std::string bar(double share) {
  const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBarWidth);
  std::string text(filled, '=');
  if (filled < kBarWidth) text += '>';
  text.resize(kBarWidth, ' ');
  return "[" + text + "]";
}

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string progress_line(const ProgressReading& reading, const ProgressReading& before) {
  const double share = reading.total > Nanoseconds(0) ? seconds(reading.elapsed) / seconds(reading.total) : 1;
  const double since = seconds(reading.elapsed - before.elapsed);
  const double rate = since > 0 ? static_cast<double>(reading.ok - before.ok) / since : 0;
  const char* const phase = reading.elapsed < reading.warmup  ? "warm-up"
                            : reading.elapsed < reading.total ? ""
                                                              : "drain";
  std::string line =
      fmt::format("{} {:.0f} s of {:.0f} s", bar(share), seconds(reading.elapsed), seconds(reading.total));
  if (*phase != '\0') line += fmt::format(" {}", phase);
  return line +
         fmt::format("  {} replies/s  {} failed  {} open", format_count_short(rate), reading.failed, reading.open);
}

LoadProgress::LoadProgress(bool wanted) : visible_(wanted && ::isatty(STDERR_FILENO) == 1) {}

LoadProgress::~LoadProgress() {
  erase();
}

void LoadProgress::show(const ProgressReading& reading) {
  if (!visible_) return;
  std::fputs(("\r\x1b[K" + progress_line(reading, before_)).c_str(), stderr);
  std::fflush(stderr);
  shown_ = true;
  before_ = reading;
}

void LoadProgress::erase() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace interleave
