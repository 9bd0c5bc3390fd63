// The sockets of the clients that threads wait for in recv(2): stop() must wake them all. Thread-safe.
#pragma once
#include <mutex>
#include <unordered_set>

#include <sys/socket.h>

namespace interleave {

class ClientSockets {
 public:
  // One client's entry; to be destroyed before its socket is closed.
  class Entry {
   public:
    Entry(ClientSockets& all, int client) : all_(all), client_(client) { all_.add(client); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { all_.remove(client_); }

   private:
    ClientSockets& all_;
    int client_;
  };

  // Ends the input of all, now and of those still to come: their recv() returns 0.
  void end_input() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    for (const int client : clients_) ::shutdown(client, SHUT_RD);
  }

 private:
  void add(int client) {
    const std::lock_guard lock(mutex_);
    clients_.insert(client);
    if (ended_) ::shutdown(client, SHUT_RD);
  }

  void remove(int client) {
    const std::lock_guard lock(mutex_);
    clients_.erase(client);
  }

  std::mutex mutex_;
  std::unordered_set<int> clients_;
  bool ended_ = false;
};

}  // namespace interleave
