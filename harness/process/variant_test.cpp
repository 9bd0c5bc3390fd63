#include "harness/process/variant.hpp"

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string variant_error(std::string_view text) {
  try {
    (void)parse_variant(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Variant, is_a_model_with_options_under_a_name_of_its_own) {
  const Variant variant = parse_variant("pool_8=thread_pool  --threads 8 --max-queue=4");
  EXPECT_EQ(variant.name, "pool_8");
  EXPECT_EQ(variant.model, "thread_pool");
  EXPECT_THAT(variant.options, ElementsAre("--threads", "8", "--max-queue=4"));
}

TEST(Variant, refuses_what_it_cannot_honour) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {{"", "no '='"},
                        {"thread_pool --threads 8", "no '='"},
                        {"=thread_pool --threads 8", "the name: "},
                        {"pool-8=thread_pool --threads 8", "the name: "},
                        {"pool 8=thread_pool --threads 8", "the name: "},
                        {"pool_8=", "no model"},
                        {"pool_8=  ", "no model"},
                        {"pool_8=thread_pool", "no option, so nothing to compare; want NAME=MODEL OPTION"}};
  for (const Case& c : cases) EXPECT_THAT(variant_error(c.text), HasSubstr(c.error)) << c.text;
}

}  // namespace
}  // namespace interleave
