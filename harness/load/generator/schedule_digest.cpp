// The only file that knows the library of hash functions.
#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

#include "harness/load/generator/arrivals.hpp"

namespace interleave {
namespace {

void check(int success) {
  if (success != 1) throw std::runtime_error("SHA-256 is not available in this libcrypto");
}

}  // namespace

ScheduleDigest digest(const Schedule& schedule) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  check(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
  ScheduleDigest result;
  ArrivalStream stream(schedule.arrivals, schedule.seed, schedule.duration);
  while (const auto at = stream.next()) {
    std::array<unsigned char, 8> bytes{};
    auto value = static_cast<std::uint64_t>(at->count());
    for (unsigned char& byte : bytes) {
      byte = static_cast<unsigned char>(value & 0xFFU);
      value >>= 8U;
    }
    check(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
    ++result.arrivals;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(context.get(), hash.data(), &size));
  constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    result.sha256 += kDigits[hash.at(i) >> 4U];
    result.sha256 += kDigits[hash.at(i) & 0xFU];
  }
  return result;
}

}  // namespace interleave
