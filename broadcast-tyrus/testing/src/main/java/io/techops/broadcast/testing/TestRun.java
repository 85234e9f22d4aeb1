package io.techops.broadcast.testing;

import java.time.Duration;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Applies to every test run with this class on the class path; the JUnit platform finds it by its service file. Sets
 * the limit and the interval of {@code Awaitility.await()}, and prints a line with the reason for each skipped test,
 * which Maven does not show otherwise.
 */
public final class TestRun implements TestExecutionListener {

    /**
     * How long a test waits for an event before it fails. Only a failing test waits this long: the limit keeps a fault
     * from hanging the build, and is long enough for a machine with much other load.
     */
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration POLL = Duration.ofMillis(10);

    private final Consumer<String> console;
    private @Nullable TestPlan plan; // null until the run begins

    /** Called by the JUnit platform. */
    public TestRun() {
        this(System.out::println);
    }

    TestRun(Consumer<String> console) {
        this.console = console;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
        plan = started;
        Awaitility.setDefaultTimeout(LIMIT);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(POLL);
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        print(test, reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
            print(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
        }
    }

    private void print(TestIdentifier test, String reason) {
        StringBuilder name = new StringBuilder(test.getDisplayName());
        for (TestIdentifier parent = parent(test); parent.getParentId().isPresent(); parent = parent(parent)) {
            name.insert(0, parent.getDisplayName() + " > ");
        }
        console.accept("Skipped: " + name + ": " + reason.replaceFirst("^Assumption failed: ", ""));
    }

    private TestIdentifier parent(TestIdentifier test) {
        return plan == null ? test : plan.getParent(test).orElse(test);
    }
}
