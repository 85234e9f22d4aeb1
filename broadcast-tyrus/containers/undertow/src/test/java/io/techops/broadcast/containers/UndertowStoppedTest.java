package io.techops.broadcast.containers;

/** A process of Undertow that stood still. */
class UndertowStoppedTest extends StoppedContainer {

    UndertowStoppedTest() {
        super(UndertowTest.Embedded.class);
    }
}
