package io.techops.broadcast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What the console says about tests that are skipped. */
class TestRunTest {

    static class SomeTests {

        @Test
        void passes() {
            // and is not named
        }

        @Test
        void needsLinux() {
            assumeTrue(false, "there is no /proc");
        }

        @Nested
        class Later {

            @Test
            @Disabled("not yet")
            void isDisabled() {
                throw new AssertionError("never called");
            }
        }
    }

    static class NeedsABrowser {

        @BeforeAll
        static void start() {
            assumeTrue(false, "chromium is not on the PATH");
        }

        @Test
        void opensAPage() {
            throw new AssertionError("never called");
        }
    }

    private static List<String> linesOf(Class<?> tests) {
        List<String> lines = new ArrayList<>();
        LauncherConfig quiet = LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build();
        LauncherFactory.create(quiet).execute(
                LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build(),
                new TestRun(lines::add));
        return lines;
    }

    @Test
    void aTestThatIsSkippedIsNamedWithTheReason() {
        assertThat(linesOf(SomeTests.class)).containsExactlyInAnyOrder(
                "Skipped: TestRunTest$SomeTests > needsLinux(): there is no /proc",
                "Skipped: TestRunTest$SomeTests > Later > isDisabled(): not yet");
    }

    @Test
    void aClassThatIsSkippedIsNamedOnce() {
        assertThat(linesOf(NeedsABrowser.class))
                .containsExactly("Skipped: TestRunTest$NeedsABrowser: chromium is not on the PATH");
    }
}
