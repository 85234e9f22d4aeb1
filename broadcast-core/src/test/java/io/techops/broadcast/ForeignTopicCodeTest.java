package io.techops.broadcast;

/** So it is with the hub of a topic. Two classes, because both take long and can run at the same time. */
class ForeignTopicCodeTest extends ForeignCodeTest {

    @Override
    boolean ofTopic() {
        return true;
    }
}
