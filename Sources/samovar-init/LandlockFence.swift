internal import CLinux
internal import Glibc
internal import SandboxPlan

extension LandlockFence {
  /// From here on, for this process and all that it starts. Needs no_new_privs.
  func enforce() throws(Refusal) {
    let ruleset = try check(samovar_landlock_ruleset(files, network, scopes))
    defer { close(ruleset) }
    for rule in rules {
      let place = open(rule.path, Int32(SAMOVAR_O_PATH) | O_CLOEXEC | O_NOFOLLOW)
      if place < 0 && errno == ENOENT { continue }
      try check(place)
      defer { close(place) }
      try check(samovar_landlock_allow_beneath(ruleset, place, rule.files & files))
    }
    try check(samovar_landlock_restrict(ruleset))
  }
}
