#include "harness/process/variant.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "core/base/error.hpp"
#include "core/workload/load_services.hpp"

namespace interleave {

Variant parse_variant(std::string_view text) {
  const auto fail = [&](std::string_view why) {
    throw UsageError("--variant '" + std::string(text) + "': " + std::string(why) +
                     "; want NAME=MODEL OPTION ..., as 'pool_8=thread_pool --threads 8'");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) fail("no '='");
  Variant variant{.name = std::string(text.substr(0, equals)), .model = {}, .options = {}};
  if (!is_workload_name(variant.name)) fail("the name: " + std::string(kNameRule));
  std::istringstream words{std::string(text.substr(equals + 1))};
  if (!(words >> variant.model)) fail("no model");
  std::copy(std::istream_iterator<std::string>(words), {}, std::back_inserter(variant.options));
  if (variant.options.empty()) fail("no option, so nothing to compare");
  return variant;
}

std::vector<Variant> parse_variants(const std::vector<std::string>& texts) {
  std::vector<Variant> variants;
  variants.reserve(texts.size());
  std::transform(texts.begin(), texts.end(), std::back_inserter(variants), parse_variant);
  return variants;
}

}  // namespace interleave
