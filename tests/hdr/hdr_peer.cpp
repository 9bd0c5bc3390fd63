// For cross_check.mjs: does with our histograms what it does with those of hdr-histogram-js. Each line of stdin is a
// JSON object, {"record": [[value, count], ...]} or {"decode": "HISTF..."}; the answer is one line of JSON with the
// histogram that results, in every form we write.
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/hdr_codec.hpp"
#include "core/base/hdr_log.hpp"

namespace {

using interleave::Histogram;

Histogram histogram_of(const nlohmann::json& request) {
  if (request.contains("decode")) return interleave::decode_hdr(request.at("decode").get<std::string>());
  Histogram histogram;
  for (const auto& [value, count] :
       request.at("record").get<std::vector<std::pair<std::uint64_t, std::uint64_t>>>()) {
    histogram.record_n(value, count);
  }
  return histogram;
}

nlohmann::json answer(const Histogram& histogram) {
  nlohmann::json bins = nlohmann::json::array();
  histogram.for_each_bin([&](const Histogram::Bin& bin) { bins.push_back({bin.lowest, bin.count}); });
  nlohmann::json percentiles = nlohmann::json::array();
  for (const double percentile : {0.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    percentiles.push_back({percentile, histogram.value_at_percentile(percentile).value_or(0)});
  }
  using std::chrono::milliseconds;
  const std::chrono::system_clock::time_point start{milliseconds{1'700'000'000'123}};
  const std::string log =
      interleave::hdr_log_head("for the cross-check", start) +
      interleave::hdr_log_line({.start = milliseconds{0}, .length = milliseconds{1000}, .tag = {}}, histogram) +
      interleave::hdr_log_line({.start = milliseconds{1000}, .length = milliseconds{500}, .tag = "late"}, histogram);
  return {{"hdr", interleave::encode_hdr(histogram)},
          {"hgrm", interleave::hdr_percentiles(histogram)},
          {"hlog", log},
          {"bins", bins},
          {"percentiles", percentiles}};
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << answer(histogram_of(nlohmann::json::parse(line))).dump() << '\n';
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
