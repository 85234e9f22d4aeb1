package io.techops.broadcast.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ManualExecutorTest {

    private final ManualExecutor executor = new ManualExecutor();
    private final List<String> ran = new ArrayList<>();

    private void add(String name) {
        executor.execute(() -> ran.add(name));
    }

    @Test
    void nothingRunsByItself() {
        add("a");
        add("b");
        assertThat(ran).isEmpty();
        assertThat(executor.pending()).isEqualTo(2);
    }

    @Test
    void tasksRunOneByOneInTheirOrder() {
        add("a");
        add("b");
        assertThat(executor.runNext()).isTrue();
        assertThat(ran).containsExactly("a");
        assertThat(executor.runNext()).isTrue();
        assertThat(ran).containsExactly("a", "b");
        assertThat(executor.runNext()).isFalse();
    }

    @Test
    void runAllRunsAlsoWhatComesMeanwhile() {
        executor.execute(() -> {
            ran.add("first");
            add("second");
        });
        executor.runAll();
        assertThat(ran).containsExactly("first", "second");
        assertThat(executor.pending()).isZero();
    }

    @Test
    void runAnyRunsEachOnceInSomeOtherOrder() {
        List<String> names = HubRig.numbers(0, 20);
        names.forEach(this::add);
        Random random = new Random(1);
        while (executor.runAny(random)) {
            assertThat(executor.pending()).isEqualTo(20 - ran.size());
        }
        assertThat(ran).containsExactlyInAnyOrderElementsOf(names).isNotEqualTo(names);
        assertThat(executor.runAny(random)).isFalse();
    }

    @Test
    void itRefusesWhenToldTo() {
        add("a");
        executor.refuse(true);
        assertThatThrownBy(() -> add("b")).isInstanceOf(RejectedExecutionException.class);
        assertThat(executor.pending()).as("what it has it keeps").isOne();
        executor.refuse(false);
        add("c");
        executor.runAll();
        assertThat(ran).containsExactly("a", "c");
    }

    @Test
    void tasksThatNeverEndFailTheTest() {
        executor.execute(new Runnable() {
            @Override
            public void run() {
                executor.execute(this);
            }
        });
        assertThatThrownBy(executor::runAll).isInstanceOf(AssertionError.class)
                .hasMessage("the tasks never come to an end");
    }
}
