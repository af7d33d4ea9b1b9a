package io.github.gracefulshutdown.autoconfigure.listener;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.JobListener;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Has each execution of a job hold a permit. */
final class QuartzJobsPostProcessor implements BeanPostProcessor, JobListener {

	private static final String NAME = "graceful-shutdown";

	private final ObjectProvider<DrainGate> gate;

	QuartzJobsPostProcessor(ObjectProvider<DrainGate> gate) {
		this.gate = gate;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof Scheduler scheduler) {
			try {
				scheduler.getListenerManager().addJobListener(this);
			}
			catch (SchedulerException ex) {
				throw new BeanCreationException(beanName, "Could not have its jobs counted as work in flight", ex);
			}
		}
		return bean;
	}

	@Override
	public String getName() {
		return NAME;
	}

	/** A job that comes late, when the gate is closed, runs without a permit. */
	@Override
	public void jobToBeExecuted(JobExecutionContext context) {
		context.put(NAME, this.gate.getObject().tryEnter("quartz", context.getJobDetail().getKey().toString()));
	}

	@Override
	public void jobExecutionVetoed(JobExecutionContext context) {
		release(context);
	}

	@Override
	public void jobWasExecuted(JobExecutionContext context, @Nullable JobExecutionException failure) {
		release(context);
	}

	private static void release(JobExecutionContext context) {
		if (context.get(NAME) instanceof Permit permit) {
			permit.close();
		}
	}

}
