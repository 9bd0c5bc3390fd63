// The only file that knows the library of hash functions.
#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>

#include "harness/load/generator/arrivals.hpp"

namespace interleave {
namespace {

void check(int success) {
  if (success != 1) throw std::runtime_error("SHA-256 is not available in this libcrypto");
}

constexpr std::size_t kArrivalBytes = 8;
constexpr std::size_t kBatchBytes = 4096 * kArrivalBytes;

// Little-endian.
void append(std::vector<unsigned char>& bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < kArrivalBytes; ++i) {
    bytes.push_back(static_cast<unsigned char>(value & 0xFFU));
    value >>= 8U;
  }
}

}  // namespace

ScheduleDigest digest(const Schedule& schedule, const std::function<bool()>& stopped) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  check(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr));
  ScheduleDigest result;
  ArrivalStream stream(schedule.arrivals, schedule.seed, schedule.duration);
  std::vector<unsigned char> bytes;
  bytes.reserve(kBatchBytes);
  for (std::optional<Nanoseconds> at = stream.next(); at; at = stream.next()) {
    append(bytes, static_cast<std::uint64_t>(at->count()));
    ++result.arrivals;
    if (bytes.size() < kBatchBytes) continue;
    check(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
    bytes.clear();
    if (stopped && stopped()) return {};
  }
  check(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
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
