package io.github.gracefulshutdown.listener;

import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.TriggerBuilder;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/** Tests with jobs of Quartz. */
class QuartzTests extends ListenerContract {

	@Override
	ConfigurableApplicationContext start() {
		return start(Application.class);
	}

	@Override
	void send(ConfigurableApplicationContext context, String work) {
		try {
			context.getBean(Scheduler.class)
				.scheduleJob(JobBuilder.newJob(HandlingJob.class).withIdentity(work).build(),
						TriggerBuilder.newTrigger().startNow().build());
		}
		catch (SchedulerException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

	/** Is made by Spring Boot with its dependencies. */
	static class HandlingJob implements Job {

		private final Handler handler;

		HandlingJob(Handler handler) {
			this.handler = handler;
		}

		@Override
		public void execute(JobExecutionContext context) throws JobExecutionException {
			try {
				this.handler.handle(context.getJobDetail().getKey().getName());
			}
			catch (InterruptedException ex) {
				throw new JobExecutionException(ex);
			}
		}

	}

}
