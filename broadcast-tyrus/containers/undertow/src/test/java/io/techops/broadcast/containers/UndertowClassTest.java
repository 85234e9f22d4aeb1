package io.techops.broadcast.containers;

import io.techops.broadcast.containers.UndertowTest.Embedded;
import org.junit.jupiter.api.Nested;

/** What classes of the application may rely on in Undertow; beside {@link UndertowTest}, which takes as long. */
class UndertowClassTest {

    @Nested
    class WithAClassThatExtends extends DeploymentContract {
        WithAClassThatExtends() {
            super(DeploymentStyle.EXTENDING, Embedded::new);
        }
    }

    @Nested
    class WithAClassThatDelegates extends DeploymentContract {
        WithAClassThatDelegates() {
            super(DeploymentStyle.DELEGATING, Embedded::new);
        }
    }
}
