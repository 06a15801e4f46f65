/// A task as the planner sees it, in steps of the planning grid counted from now.
package struct PlannableTask: Hashable, Sendable {
  package var id: String
  /// Steps that it takes from beginning to end; at least 1.
  package var steps: Int
  /// Steps that are left; at least 1, at most `steps`.
  package var remaining: Int
  /// It must have ended when that many steps have passed.
  package var deadline: Int
  /// Electrical power above idling.
  package var kilowatts: Double
  /// Paid in EUR when the whole task is done in time.
  package var revenue: Double
  package var isPreemptible: Bool
  package var isRunning: Bool

  package init(
    id: String, steps: Int, remaining: Int, deadline: Int, kilowatts: Double, revenue: Double,
    isPreemptible: Bool, isRunning: Bool
  ) {
    self.id = id
    self.steps = steps
    self.remaining = remaining
    self.deadline = deadline
    self.kilowatts = kilowatts
    self.revenue = revenue
    self.isPreemptible = isPreemptible
    self.isRunning = isRunning
  }

  /// Begun, whether it runs now or is suspended: to give it up costs the penalty for a missed deadline.
  package var isStarted: Bool { isRunning || remaining < steps }
  /// Steps that it can still wait.
  package var slack: Int { deadline - remaining }
}
