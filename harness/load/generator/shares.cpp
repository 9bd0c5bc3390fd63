#include "harness/load/generator/shares.hpp"

#include <algorithm>
#include <cstddef>

namespace interleave {

ConnectionShares summarize_shares(const std::vector<Traffic::Share>& shares) {
  ConnectionShares result;
  std::vector<std::uint64_t> answered;
  double sum = 0;
  double squares = 0;
  for (const Traffic::Share& share : shares) {
    if (share.alive) ++result.alive;
    if (share.given == 0) continue;
    answered.push_back(share.answered);
    if (share.answered == 0) ++result.starved;
    const auto count = static_cast<double>(share.answered);
    sum += count;
    squares += count * count;
  }
  result.used = answered.size();
  if (answered.empty()) return result;
  std::sort(answered.begin(), answered.end());
  result.least = answered.front();
  result.median = answered[(answered.size() - 1) / 2];
  result.most = answered.back();
  if (squares > 0) result.jain = sum * sum / (static_cast<double>(answered.size()) * squares);
  return result;
}

}  // namespace interleave
