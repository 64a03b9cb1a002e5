#: prints nowhere
# It removes the ground it stands on.
import os
home = os.environ["HOME"]
os.mkdir(home + "/here")
os.chdir(home + "/here")
os.rmdir(home + "/here")
try:
    os.getcwd()
    print("somewhere")
except OSError:
    print("nowhere")
try:
    os.chmod(home, 0)
    os.rename(home, home + "2")
except OSError:
    pass
