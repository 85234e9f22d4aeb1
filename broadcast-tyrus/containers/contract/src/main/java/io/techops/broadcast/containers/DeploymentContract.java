package io.techops.broadcast.containers;

import org.junit.jupiter.api.AfterEach;

/**
 * What depends on the way of deployment: what the container tells the endpoint, and who its peers are.
 */
public abstract class DeploymentContract
        implements AdmissionContract, DeliveryContract, LimitsContract, ResumeContract {

    private final ContainerRig rig;

    /** Runs the contract in a container, with the endpoint put into it in one way. */
    protected DeploymentContract(DeploymentStyle style, Container.Starting starting) {
        rig = new ContainerRig(style, starting);
    }

    @Override
    public ContainerRig rig() {
        return rig;
    }

    @AfterEach
    void stop() throws Exception {
        rig.stop();
    }
}
