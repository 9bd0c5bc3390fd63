// Base64 (RFC 4648, section 4: the alphabet with + and /, padded). Pure functions.
// Our own, because no Debian library offers it without a protocol around it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace interleave {

[[nodiscard]] std::string encode_base64(std::string_view bytes);

// nullopt unless the text is what encode_base64 would have written: no blanks, no missing padding, no stray bits.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace interleave
