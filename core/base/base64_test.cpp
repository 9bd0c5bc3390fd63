#include "core/base/base64.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

// RFC 4648, section 10, and one with both special letters.
TEST(Base64, agrees_with_the_vectors_of_the_rfc) {
  for (const auto& [bytes, text] : std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                                                    {"f", "Zg=="},
                                                                                    {"fo", "Zm8="},
                                                                                    {"foo", "Zm9v"},
                                                                                    {"foob", "Zm9vYg=="},
                                                                                    {"fooba", "Zm9vYmE="},
                                                                                    {"foobar", "Zm9vYmFy"},
                                                                                    {"\xfb\xff\xbf", "+/+/"}}) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes) << text;
  }
}

TEST(Base64, refuses_what_it_would_not_have_written) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Zg==Zg==", "Z===", "Zm9v\n",
                           "Zm 9vA==", "Zm-v", "Zm_v", "Zh==", "Zm9=", "Zm9\xff"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

TEST(Base64, returns_any_bytes_as_they_were) {
  SplitMix64 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random.next() % 80, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    ASSERT_EQ(decode_base64(encode_base64(bytes)), bytes);
  }
}

}  // namespace
}  // namespace interleave
