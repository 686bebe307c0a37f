#include "core/net/socket_owner.h"

#include <dirent.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

namespace andon {

namespace {

// Inodes of the listening (TCP) or bound (UDP) sockets on `port`. The table's lines are
// "sl local_address rem_address st ... inode", https://docs.kernel.org/networking/proc_net_tcp.html
void CollectInodes(const char* table, bool tcp, uint16_t port, std::set<std::string>* inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string field[10];
    for (std::string& text : field) fields >> text;
    const size_t colon = field[1].rfind(':');
    if (colon == std::string::npos) continue;
    unsigned local_port = 0;
    std::from_chars(field[1].data() + colon + 1, field[1].data() + field[1].size(), local_port, 16);
    if (local_port == port && (!tcp || field[3] == "0A"))
      inodes->insert("socket:[" + field[9] + "]");
  }
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

bool HasOneOf(const std::string& process, const std::set<std::string>& inodes) {
  const std::string folder = "/proc/" + process + "/fd";
  const Directory directory(::opendir(folder.c_str()), ::closedir);
  if (directory == nullptr) return false;
  while (const dirent* entry = ::readdir(directory.get())) {
    char target[64] = {};
    const std::string link = folder + "/" + entry->d_name;
    if (::readlink(link.c_str(), target, sizeof target - 1) > 0 && inodes.contains(target)) {
      return true;
    }
  }
  return false;
}

std::string FindProcess(const std::set<std::string>& inodes) {
  const Directory directory(::opendir("/proc"), ::closedir);
  if (directory == nullptr) return {};
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string name = entry->d_name;
    if (name.find_first_not_of("0123456789") == std::string::npos && HasOneOf(name, inodes)) {
      return name;
    }
  }
  return {};
}

}  // namespace

std::string SocketOwner(const Address& address) {
  std::set<std::string> inodes;
  if (address.kind == Address::Kind::kTcp) {
    CollectInodes("/proc/net/tcp", true, address.port, &inodes);
    CollectInodes("/proc/net/tcp6", true, address.port, &inodes);
  } else if (address.kind == Address::Kind::kUdp) {
    CollectInodes("/proc/net/udp", false, address.port, &inodes);
    CollectInodes("/proc/net/udp6", false, address.port, &inodes);
  }
  if (inodes.empty()) return {};
  const std::string process = FindProcess(inodes);
  if (process.empty()) return " (another process has it)";
  if (process == std::to_string(::getpid())) return " (this process has it already)";
  std::string program;
  std::getline(std::ifstream("/proc/" + process + "/comm"), program);
  return " (process " + process + ", " + program + ", has it)";
}

}  // namespace andon
