package io.techops.broadcast.tyrus.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.techops.broadcast.testing.LogCatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls of the application on threads that wait for their turn here. */
class OrderedCallsTest {

    private final List<Runnable> tasks = new ArrayList<>();
    private final OrderedCalls calls = new OrderedCalls(tasks::add);
    private final List<String> made = new ArrayList<>();

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove(0).run();
        }
    }

    @Test
    void areMadeInOrderByOneTaskAtATime() {
        calls.add(() -> {
            made.add("first");
            calls.add(() -> made.add("of the first"));
        });
        calls.add(() -> made.add("second"));
        calls.add(() -> made.add("third"));
        assertThat(made).isEmpty();
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(made).containsExactly("first", "second", "third", "of the first");
    }

    @Test
    void areMadeByANewTaskWhenAllBeforeAreOver() {
        calls.add(() -> made.add("first"));
        runTasks();
        calls.add(() -> made.add("second"));
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(made).containsExactly("first", "second");
    }

    @Test
    void goOnBehindOneThatThrows() {
        calls.add(() -> {
            throw new IllegalStateException("on purpose");
        });
        calls.add(() -> made.add("second"));
        try (LogCatch log = new LogCatch()) {
            runTasks();
            assertThat(log.warnings()).singleElement().asString().contains("The handler of a send threw", "on purpose");
        }
        assertThat(made).containsExactly("second");
    }
}
