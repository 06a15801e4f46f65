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

  /// The helper is `$SAMOVAR_INIT`, or beside the running executable, or in `../libexec/samovar`. Profiles are in
  /// `$SAMOVAR_PROFILES`, in `/etc/samovar/sandbox-profiles`, in `../share/samovar/sandbox-profiles` beside the
  /// executable's directory, or in `sandbox-profiles` of a directory above it, as in a checkout.
  package static func find(environment: [String: String]) throws(SandboxError) -> LauncherFiles {
    throw .hostLacks(feature: "samovar-init", remedy: "wait for it")
  }
}
