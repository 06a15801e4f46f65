internal import Glibc

/// Where the launcher's own files are on this host.
package struct LauncherFiles: Sendable, Hashable {
  /// The static helper `samovar-init`.
  package var helper: String
  /// Directories that are searched for `NAME.yaml`, in this order.
  package var profileDirectories: [String]

  package init(helper: String, profileDirectories: [String]) {
    self.helper = helper
    self.profileDirectories = profileDirectories
  }

  /// The helper is `$SAMOVAR_INIT`, or beside the running executable, or in `../libexec/samovar`. Profiles
  /// are in `$SAMOVAR_PROFILES`, in `/etc/samovar/sandbox-profiles`, in `../share/samovar/sandbox-profiles`
  /// beside the executable's directory, or in `sandbox-profiles` of a directory above it, as in a checkout.
  package static func find(environment: [String: String]) throws(SandboxError) -> LauncherFiles {
    let directory = executableDirectory()
    var helpers = [directory + "/samovar-init", directory + "/../libexec/samovar/samovar-init"]
    if let named = environment["SAMOVAR_INIT"] { helpers = [named] }
    guard let helper = helpers.first(where: { access($0, X_OK) == 0 }) else {
      throw .hostLacks(
        feature: "the helper samovar-init (looked for \(helpers.joined(separator: ", ")))",
        remedy: "build it with 'swift build', or name it in SAMOVAR_INIT")
    }
    var profiles: [String] = []
    if let named = environment["SAMOVAR_PROFILES"] { profiles.append(named) }
    profiles.append("/etc/samovar/sandbox-profiles")
    profiles.append(directory + "/../share/samovar/sandbox-profiles")
    var above = directory[...]
    // .build/debug/samovar is a link deep in the build directory: six levels reach the checkout from either.
    for _ in 0..<6 {
      profiles.append(above + "/sandbox-profiles")
      guard let slash = above.lastIndex(of: "/") else { break }
      above = above[..<slash]
    }
    return LauncherFiles(helper: helper, profileDirectories: profiles)
  }

  /// Without a link in its name.
  private static func executableDirectory() -> String {
    let path = HostFile.link("/proc/self/exe") ?? ""
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Throws what is wrong with a profile that runs would be started with, so that an agent says so at its start.
  package func check(profile name: String) throws(SandboxError) { _ = try compiledProfile(name, cache: nil) }

  /// A profile and its filter, by a name or a path as `ProfileFile` takes them.
  func compiledProfile(_ name: String, cache: CacheDirectory?) throws(SandboxError) -> CompiledProfile {
    try ProfileFile(name, directories: profileDirectories).compiled(cache: cache)
  }
}
