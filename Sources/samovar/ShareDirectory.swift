import ArgumentParser
import Workload

/// What Samovar brings along besides its programs: boards, profiles, examples.
enum ShareDirectory {
  /// `$SAMOVAR_SHARE`, else `../share/samovar` of the executable's directory, else the checkout that the executable was
  /// built in.
  static func find(executable: String, environment: [String: String]) throws -> String {
    let programs = LocalFile.directory(of: executable)
    var candidates = environment["SAMOVAR_SHARE"].map { [$0] } ?? []
    candidates.append("\(LocalFile.directory(of: programs))/share/samovar")
    var above = programs
    while above != "/", above != "." {
      candidates.append(above)
      above = LocalFile.directory(of: above)
    }
    guard
      let found = candidates.first(where: { LocalFile.exists("\($0)/hardware/simulated-boiler/board.yaml") })
    else {
      throw ValidationError(
        """
        the boards and examples that come with Samovar are not beside \(executable); set SAMOVAR_SHARE to the directory \
        that holds hardware/ and examples/
        """)
    }
    return found
  }
}
