#include "harness/load/generator/rate_search.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/units.hpp"

namespace interleave {

Promise parse_promise(const std::string& text) {
  const std::size_t less = text.find('<');
  const std::string_view name = std::string_view(text).substr(0, less);
  Promise promise;
  if (less != std::string::npos && name.starts_with('p')) {
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + 1, end, promise.percentile);
    const auto limit = parse_duration(std::string_view(text).substr(less + 1));
    const bool in_range = promise.percentile > 0 && promise.percentile < 100;
    if (error == std::errc{} && stop == end && in_range && limit && *limit > Nanoseconds(0)) {
      promise.limit = *limit;
      return promise;
    }
  }
  throw UsageError("--search '" + text + "': want a percentile and its limit, as 'p99<50ms' or 'p99.9<1s'");
}

void RateSearch::answer(bool kept) {
  (kept ? kept_ : broken_) = next_;
  const bool precise = kept_ && broken_ && *broken_ / *kept_ < kPrecision;
  if (++steps_ == kMostSteps || precise) {
    next_.reset();
  } else if (!broken_) {
    next_ = *kept_ * 2;
  } else if (!kept_) {
    next_ = *broken_ / 2;
  } else {
    next_ = std::sqrt(*kept_ * *broken_);
  }
}

}  // namespace interleave
